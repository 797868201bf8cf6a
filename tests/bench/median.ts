/** The median of values of which there is one at least. */
export const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!
