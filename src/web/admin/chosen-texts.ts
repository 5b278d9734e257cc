/** The texts that are chosen in filters. The first link of a filter shows all, which is no choice. */
export function chosenTexts(
  filters: readonly {
    readonly links: readonly { readonly text: string; readonly isChosen: boolean }[];
  }[],
): readonly string[] {
  return filters.flatMap(({ links }) =>
    links
      .slice(1)
      .filter(({ isChosen }) => isChosen)
      .map(({ text }) => text),
  );
}
