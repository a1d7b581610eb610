/** The middle of a list; of an even one, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
}

export const summarise = (values: readonly number[]): Summary => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
})

/** Samples by subject and by case, one for each round. */
export type Samples = Record<string, Record<string, number[]>>

export function addSample(samples: Samples, subject: string, kind: string, value: number): void {
  samples[subject] ??= {}
  const kinds = samples[subject]
  kinds[kind] ??= []
  kinds[kind].push(value)
}

/** How many times as good a subject is as another in the same round: of costs the other's over its own, of rates the reverse. */
export function ratiosTo(samples: Samples, subject: string, base: string, kind: string, isCost: boolean): number[] {
  const own = samples[subject]?.[kind] ?? []
  const other = samples[base]?.[kind] ?? []
  return own.map((value, round) => (isCost ? other[round]! / value : value / other[round]!))
}
