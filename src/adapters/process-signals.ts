const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Ctrl-C under npm comes twice, from the terminal and from npm: within this many milliseconds it is the same one. */
const REPEAT_MS = 500

/** How each server of the process is closed. */
const closers: Set<() => Promise<void>> = new Set()
let firstAt: number | undefined

function onSignal(): void {
  if (firstAt === undefined) {
    firstAt = performance.now()
    void Promise.allSettled([...closers].map((close) => close())).then(() => process.exit(0))
  } else if (performance.now() - firstAt > REPEAT_MS) {
    process.exit(1)
  }
}

/** Closes on the first signal, with the process's other servers, and then exits with 0; a second signal exits at once. */
export function closeOnSignals(close: () => Promise<void>): void {
  if (closers.size === 0) for (const signal of SIGNALS) process.on(signal, onSignal)
  closers.add(close)
}
