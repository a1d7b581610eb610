/** How much of everything a run does. */
export interface Plan {
  readonly name: 'full' | 'quick'
  readonly rounds: number
  /** Milliseconds of one sample of CPU time. */
  readonly sample: number
  /** Milliseconds of each case before the first sample. */
  readonly warmUp: number
  /** Seconds of one stretch of HTTP. */
  readonly httpSeconds: number
  readonly httpRounds: number
  readonly routeCounts: readonly number[]
  /** Rounds of what starts a process for each sample. */
  readonly processRounds: number
}

export const FULL: Plan = {
  name: 'full',
  rounds: 5,
  sample: 600,
  warmUp: 1000,
  httpSeconds: 2,
  httpRounds: 3,
  routeCounts: [20, 200, 1000, 5000],
  processRounds: 5,
}

export const QUICK: Plan = {
  name: 'quick',
  rounds: 3,
  sample: 350,
  warmUp: 600,
  httpSeconds: 1,
  httpRounds: 1,
  routeCounts: [20, 1000],
  processRounds: 2,
}
