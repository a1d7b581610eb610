/**
 * A value that all copies of this package in a process share.
 * @param name of the copies' agreement; its number changes with the shape of the value
 */
export function processWide<T extends object>(name: `${string}@${number}`, create: () => T): T {
  const values = globalThis as unknown as Record<symbol, T | undefined>
  const key = Symbol.for(`everyroute.${name}`)
  return (values[key] ??= create())
}
