/** The middle of a list; of an even one, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export interface Summary {
  readonly median: number
  /** The ends of the range: the smallest and largest value, of many values those of the middle half. */
  readonly low: number
  readonly high: number
}

/** From so many samples on the range is that of the middle half: a short sample that something else hit tells nothing. */
const MANY = 12

export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b)
  const cut = sorted.length < MANY ? 0 : sorted.length >> 2
  return { median: median(sorted), low: sorted[cut]!, high: sorted.at(-1 - cut)! }
}

/** Samples by subject and by case, one for each round. */
export type Samples = Record<string, Record<string, number[]>>

export function addSample(samples: Samples, subject: string, kind: string, value: number): void {
  samples[subject] ??= {}
  const kinds = samples[subject]
  kinds[kind] ??= []
  kinds[kind].push(value)
}

/** How many times as cheap something is as another in the same round. */
export const ratiosOf = (costs: readonly number[], others: readonly number[]): number[] => costs.map((cost, round) => others[round]! / cost)

/** How many times as good a subject is as another in the same round: of costs the other's over its own, of rates the reverse. */
export function ratiosTo(samples: Samples, subject: string, base: string, kind: string, isCost: boolean): number[] {
  const own = samples[subject]?.[kind] ?? []
  const other = samples[base]?.[kind] ?? []
  return isCost ? ratiosOf(own, other) : ratiosOf(other, own)
}
