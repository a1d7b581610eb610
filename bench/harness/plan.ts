/** How much of everything a run does. */
export interface Plan {
  readonly name: 'full' | 'quick'
  /** Processes of each server that are measured one after the other, and rounds with each. */
  readonly cpuProcesses: number
  readonly cpuRounds: number
  /** Milliseconds of one sample of CPU time. */
  readonly cpuSample: number
  /** Milliseconds of each case before the first sample. */
  readonly warmUp: number
  readonly fetchRounds: number
  readonly streamRounds: number
  /** Seconds of one stretch of HTTP. */
  readonly httpSeconds: number
  readonly httpRounds: number
  readonly routeCounts: readonly number[]
  /** Rounds of what starts a process for each sample. */
  readonly processRounds: number
}

export const FULL: Plan = {
  name: 'full',
  cpuProcesses: 3,
  cpuRounds: 14,
  cpuSample: 60,
  warmUp: 500,
  fetchRounds: 4,
  streamRounds: 5,
  httpSeconds: 1,
  httpRounds: 5,
  routeCounts: [20, 200, 1000, 5000],
  processRounds: 5,
}

export const QUICK: Plan = {
  name: 'quick',
  cpuProcesses: 1,
  cpuRounds: 12,
  cpuSample: 40,
  warmUp: 250,
  fetchRounds: 2,
  streamRounds: 3,
  httpSeconds: 1,
  httpRounds: 1,
  routeCounts: [20, 1000],
  processRounds: 2,
}
