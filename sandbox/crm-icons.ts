import type { ScreenKey } from './crm-texts.ts';

/** The SVG paths of the navigator icons: 24 by 24, stroked. */
export const icons: Record<ScreenKey | 'panel', string> = {
  dashboard: 'M4 18a8.5 8.5 0 1 1 16 0zM12 15l4-5M7 14h.01M9 10h.01',
  company: 'M4 20V6l8-2v16M12 9h8v11M3 20h18M8 9h.01M8 13h.01M16 13h.01M16 16h.01',
  contact: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM6 18c2-4 10-4 12 0',
  diary: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4M8 14h.01M12 14h.01M16 14h.01',
  sale: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM15 9c-1-2-6-2-6 .5S15 12 15 14.500s-5 2-6 .5M12 6v12',
  project: 'M6 5h12v16H6zM9 3h6v4H9zM9 11h6M9 14h6M9 17h4',
  requests: 'M3 7h18v3a2 2 0 0 0 0 4v3H3v-3a2 2 0 0 0 0-4zM14 7v10',
  selection: 'M4 4h11v11H4zM9 15v5h11V9h-5M15 15l5 5',
  inbox: 'M16 12a4 4 0 1 1-4-4 4 4 0 0 1 4 4zm0 0c0 5 5 4 5 0a9 9 0 1 0-4 7.500',
  marketing: 'M12 3a9 9 0 1 0 9 9M12 7a5 5 0 1 0 5 5M12 12l8-8M17 3v4h4',
  tools: 'M14 6a4 4 0 0 1 5-3l-2.500 3 1.500 1.500 3-2.500a4 4 0 0 1-5 5L8 18a2.500 2.500 0 0 1-3.500-3.500z',
  panel: 'M4 5h16v14H4zM4 9h16M10 9v10',
};
