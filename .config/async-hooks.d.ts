// The one node: module that the runtime may import, as far as it uses it; every supported host has it.
export class AsyncLocalStorage<T> {
  run<R>(store: T, callback: () => R): R
  getStore(): T | undefined
  exit<R>(callback: () => R): R
  static snapshot(): <R>(callback: () => R) => R
}
