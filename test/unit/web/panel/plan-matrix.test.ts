import { describe, expect, it } from 'vitest';
import { type PlanBasis, parsePlanSelection } from '../../../../src/web/panel/plan-selection.ts';
import { plansPageView } from '../../../../src/web/panel/plans-page.ts';
import type { AnyPlan } from '../../../../src/web/plan-names.ts';
import { publishedTenant, userWith, userWithPlan } from '../../licensing/fixtures/tenants.ts';
import { createContext, type Given } from './panel-contexts.ts';

const premium = publishedTenant('premium');
const suiteCore = publishedTenant('suite-core');
const onPlans: Given = { tenant: premium, user: userWithPlan(premium, 'ten-sales') };
const onSuite: Given = { tenant: suiteCore, user: userWith() };

function viewMatrix(
  plan: AnyPlan | null,
  given: Given = onPlans,
  { differencesOnly = false, basis }: { differencesOnly?: boolean; basis?: PlanBasis } = {},
) {
  const context = createContext(given);
  const query = { plan: plan ?? [], basis, differences: differencesOnly ? 'on' : '' };
  const selection = parsePlanSelection(query, context.report);
  const { matrix } = plansPageView(context, selection, { addresses: null, publicUrl: '' });
  if (matrix === null) throw new Error('no matrix');
  return matrix;
}

type Matrix = ReturnType<typeof viewMatrix>;

const columnsOf = ({ columns }: Matrix) => columns.map(({ label, role }) => [label, role]);

function cellsOf({ columns, groups }: Matrix, label: string) {
  const row = groups.flatMap(({ rows }) => rows).find((each) => each.label === label);
  return Object.fromEntries(columns.map((column, index) => [column.label, row?.cells[index]]));
}

describe('plan matrix', () => {
  it('compares plans in addition to the own one by what they add, with what they replace', () => {
    const { basis, columns } = viewMatrix('sales-premium+service-essential');
    expect(basis).toContain('in addition to yours, Sales-Premium');
    expect(columns.map(({ label, basis, lost }) => [label, basis, lost])).toEqual([
      ['Sales-Premium', '', ''],
      ['Sales-Premium + Service-Essentials', '', '0'],
      ['Service-Premium', 'in addition', '0'],
      ['Marketing-Essentials', 'in addition', '0'],
      ['Marketing-Premium', 'in addition', '0'],
    ]);
    const essential = publishedTenant('essential');
    const onEssential = { tenant: essential, user: userWithPlan(essential, 'ten-sales') };
    const replaced = viewMatrix('sales-essential+service-essential', onEssential).columns;
    expect(replaced.map(({ label, basis }) => [label, basis]).slice(2, 4)).toEqual([
      ['Sales-Premium', 'instead of Sales-Essentials'],
      ['Service-Premium', 'in addition'],
    ]);
  });

  it('says of each column that it stands instead of the own plan, and of none for a user without a plan', () => {
    const instead = viewMatrix('service-premium');
    expect(instead.basis).toContain('instead of yours, Sales-Premium');
    expect(instead.columns.map(({ basis }) => basis)).toEqual(['', ...Array(5).fill('instead')]);
    const none = viewMatrix(null, { tenant: premium, user: userWith() });
    expect(none.basis).toBe('Each column shows what you would have with that plan.');
    expect(new Set(none.columns.map(({ basis }) => basis))).toEqual(new Set(['']));
  });

  it('puts the own plan first, then the chosen combination, then the other basic plans', () => {
    expect(columnsOf(viewMatrix('sales-premium+service-essential', onPlans, { basis: 'instead' }))).toEqual([
      ['Sales-Premium', 'own'],
      ['Sales-Premium + Service-Essentials', 'chosen'],
      ['Sales-Essentials', 'other'],
      ['Service-Essentials', 'other'],
      ['Service-Premium', 'other'],
      ['Marketing-Essentials', 'other'],
      ['Marketing-Premium', 'other'],
    ]);
  });

  it('shows a chosen basic plan and a chosen own plan once', () => {
    expect(columnsOf(viewMatrix('service-premium')).slice(0, 3)).toEqual([
      ['Sales-Premium', 'own'],
      ['Service-Premium', 'chosen'],
      ['Sales-Essentials', 'other'],
    ]);
    expect(columnsOf(viewMatrix('sales-premium', onPlans, { basis: 'instead' }))).toHaveLength(6);
  });

  it('keeps the order of the CRM Suite plans, which contain each other', () => {
    expect(columnsOf(viewMatrix('plus', onSuite))).toEqual([
      ['Starter', 'other'],
      ['Core', 'own'],
      ['Growth', 'other'],
      ['Plus', 'chosen'],
      ['Super', 'other'],
    ]);
  });

  it('begins with the own plan of a user who has none of the plans', () => {
    const [own, ...others] = columnsOf(viewMatrix(null, { tenant: premium, user: userWith() }));
    expect(own?.[1]).toBe('own');
    expect(others).toHaveLength(6);
  });

  it('shows each feature that a plan includes, lacks, adds or takes away', () => {
    const matrix = viewMatrix('service-premium');
    const quotes = cellsOf(matrix, 'Quote Management');
    expect(quotes['Sales-Premium']).toMatchObject({ state: 'enabled', change: null, text: 'Included' });
    expect(quotes['Sales-Essentials']).toMatchObject({
      state: 'view-only',
      change: 'lost',
      icons: ['lost', 'view-only'],
      text: 'Lost · View only',
    });
    expect(cellsOf(matrix, 'Sales forecasting on the product level')['Sales-Essentials']).toMatchObject({
      change: 'lost',
      text: 'Lost',
    });
    const requests = cellsOf(matrix, 'Request / Ticket management');
    expect(requests['Sales-Premium']).toMatchObject({ change: null, text: 'Not included' });
    expect(requests['Service-Premium']).toMatchObject({ change: 'gained', text: 'Gained' });
    expect(requests['Sales-Essentials']).toMatchObject({ change: null, text: 'Not included' });
  });

  it('sums up each plan: features, gains, losses and seat', () => {
    const [own, chosen] = viewMatrix('sales-premium+service-essential').columns;
    expect(own).toMatchObject({ enabled: '41 of 62', gained: '', lost: '', seat: null, href: '' });
    expect(chosen).toMatchObject({ enabled: '47 of 62', gained: '+6', lost: '0', seat: 'buy' });
  });

  it('links each other plan with its comparison, which keeps the filter', () => {
    const { columns } = viewMatrix('service-premium', onPlans, { differencesOnly: true });
    expect(columns.find(({ label }) => label === 'Marketing-Premium')?.href).toBe(
      '/panel/plans?uctx=Cust12345&usid=5&lang=en&plan=marketing-premium&basis=instead&differences=on',
    );
  });

  it('counts the enabled features of each group and folds the groups without a difference', () => {
    const { groups } = viewMatrix('service-premium');
    expect(groups.map(({ id, isOpen, tallies }) => [id, isOpen, tallies[0]?.text, tallies[1]?.text])).toEqual(
      [
        ['sales', true, '14 of 14', '5 of 14'],
        ['service', true, '0 of 9', '8 of 9'],
        ['marketing', true, '7 of 19', '0 of 19'],
        ['common', false, '20 of 20', '20 of 20'],
      ],
    );
  });

  it('shows only the rows in which the chosen plan differs from the own one on demand', () => {
    const differencesOnly = { differencesOnly: true };
    const { groups } = viewMatrix('sales-premium+service-essential', onPlans, differencesOnly);
    expect(groups.map(({ id, rows }) => [id, rows.length])).toEqual([['service', 6]]);
    expect(viewMatrix('sales-premium', onPlans, differencesOnly).groups.map(({ id }) => id)).toEqual([
      'service',
      'marketing',
    ]);
  });

  it('shows the limits of CRM Suite plans and no seats', () => {
    const matrix = viewMatrix('growth', onSuite);
    expect(matrix.hasSeats).toBe(false);
    const projects = cellsOf(matrix, 'Project management');
    expect(projects.Starter).toMatchObject({ change: 'lost', limit: '' });
    expect(projects.Core).toMatchObject({ state: 'enabled', limit: '≤ 100' });
    expect(projects.Growth).toMatchObject({ state: 'enabled', change: null, limit: '' });
  });

  it('explains its icons, those of other states only where a cell has them', () => {
    const hidden = { ...userWithPlan(premium, 'ten-sales'), functionRights: ['hide-project'] };
    const textsOf = ({ legend }: Matrix) => legend.map(({ icon, text }) => [icon, text]);
    expect(textsOf(viewMatrix('service-premium', { tenant: premium, user: hidden }))).toEqual([
      ['included', 'Included'],
      ['missing', 'Not included'],
      ['gained', 'Gained'],
      ['lost', 'Lost'],
      ['view-only', 'View only'],
      ['hidden-by-role', 'Hidden by your role'],
      ['unknown', 'Unknown'],
    ]);
    const shown = textsOf(viewMatrix('service-premium')).map(([icon]) => icon);
    expect(shown).not.toContain('hidden-by-role');
  });
});
