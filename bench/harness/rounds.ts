/**
 * Runs every subject once in each round, in an order that turns from round to round, so that what else happens on the machine
 * hits all alike.
 */
export async function inRounds<T>(
  subjects: readonly T[],
  rounds: number,
  run: (subject: T, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < subjects.length; i++) await run(subjects[(i + round) % subjects.length]!, round)
  }
}
