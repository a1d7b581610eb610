const fail = (): never => {
  throw new Error('Headers cannot be modified. Read more: https://nextjs.org/docs/app/api-reference/functions/headers')
}

/** A live view of headers whose changing methods throw. */
export class ReadonlyHeaders extends Headers {
  readonly #source: Headers

  constructor(source: Headers) {
    // Hosts other than Node.js copy headers, as `new Headers(view)` does, without asking their methods.
    super(source)
    this.#source = source
  }

  override append(): never {
    return fail()
  }
  override delete(): never {
    return fail()
  }
  override set(): never {
    return fail()
  }
  override get(name: string): string | null {
    return this.#source.get(name)
  }
  override has(name: string): boolean {
    return this.#source.has(name)
  }
  override getSetCookie(): string[] {
    return this.#source.getSetCookie()
  }
  override keys(): HeadersIterator<string> {
    return this.#source.keys()
  }
  override values(): HeadersIterator<string> {
    return this.#source.values()
  }
  override entries(): HeadersIterator<[string, string]> {
    return this.#source.entries()
  }
  override [Symbol.iterator](): HeadersIterator<[string, string]> {
    return this.#source.entries()
  }
  override forEach(callback: (value: string, name: string, parent: Headers) => void, thisArg?: unknown): void {
    for (const [name, value] of this.#source.entries()) callback.call(thisArg, value, name, this)
  }
}
