import type { Context, ErrorHandler, NotFoundHandler } from 'hono'
import type { MiddlewareHandler } from 'hono/types'
import type { FolderFiles, ManifestFile } from '../routing/manifest.js'
import { type AnswerError, type Composed, compose } from './compose.js'
import { noticeEnv } from './env.js'
import { FileError } from './file-error.js'
import { noResponseMessage } from './finish-response.js'
import { isResponse } from './responses.js'
import { FileLoader } from './route-loader.js'

/** The middleware that has run in front. */
export type Ran = ReadonlySet<MiddlewareHandler>

/** The middleware of a route's folders, ready to run. */
interface Chain {
  readonly composed: Composed
  readonly ran: Ran
}

/** A file could not be loaded, or exports something else than it should. */
export class FolderFileError extends FileError {
  override readonly name: string = 'FolderFileError'

  constructor(file: string, message: string, cause?: unknown) {
    super('load', file, message, cause)
  }
}

const isFunction = (value: unknown): boolean => typeof value === 'function'

function describeExport(value: unknown): string {
  if (Array.isArray(value)) return `an array with ${describeExport(value.find((one) => !isFunction(one)))}`
  return value === undefined ? 'nothing' : value === null ? 'null' : `a value of type ${typeof value}`
}

async function defaultExport(loader: FileLoader, isRight: (value: unknown) => boolean, expected: string): Promise<unknown> {
  const { file } = loader
  let value: unknown
  try {
    value = (await loader.load()).default
  } catch (cause) {
    throw new FolderFileError(file, `"${file}" could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, cause)
  }
  if (isRight(value)) return value
  throw new FolderFileError(file, `"${file}" exports ${describeExport(value)} by default: export default ${expected}.`)
}

const isChain = (value: unknown): boolean => (Array.isArray(value) ? value.every(isFunction) : isFunction(value))

/** What the folders around a route say: the middleware in front of it, and who answers its errors and what is not found. */
export class FolderGuard {
  readonly #middleware: readonly FileLoader[]
  readonly #error: FileLoader | undefined
  readonly #notFound: FileLoader | undefined
  readonly #keeps: boolean
  #chain: Chain | undefined

  /** @param keeps whether the chain is composed once; in development a changed file makes another */
  constructor(files: FolderFiles, open: (file: ManifestFile) => FileLoader, keeps: boolean) {
    this.#middleware = (files.middleware ?? []).map(open)
    this.#error = files.error && open(files.error)
    this.#notFound = files.notFound && open(files.notFound)
    this.#keeps = keeps
  }

  get hasMiddleware(): boolean {
    return this.#middleware.length > 0
  }

  get hasNotFound(): boolean {
    return this.#notFound !== undefined
  }

  /** Runs the middleware in front of the innermost; where it can't be loaded, the innermost doesn't run. Never rejects. */
  run(c: Context, innermost: (ran: Ran) => Response | Promise<Response>, answerError: AnswerError): Promise<Response> {
    noticeEnv(c.env)
    const chain = this.#chain
    if (chain) return chain.composed(c, () => innermost(chain.ran), answerError)
    return this.#load().then(({ composed, ran }) => composed(c, () => innermost(ran), answerError), answerError)
  }

  /** @throws {FolderFileError} */
  async errorHandler(): Promise<ErrorHandler | undefined> {
    const loader = this.#error
    if (!loader) return undefined
    const handler = (await defaultExport(loader, isFunction, 'a function (error, c) => Response')) as ErrorHandler
    return async (error, c) => {
      const answer: unknown = await handler(error, c)
      if (isResponse(answer)) return answer
      throw new FileError('handler', loader.file, noResponseMessage(answer, `error handler '${loader.file}'`, c.req.method))
    }
  }

  /** @throws {FolderFileError} */
  async notFoundHandler(): Promise<NotFoundHandler | undefined> {
    return this.#notFound && ((await defaultExport(this.#notFound, isFunction, 'a function (c) => Response')) as NotFoundHandler)
  }

  async #load(): Promise<Chain> {
    const loaded = await Promise.all(this.#middleware.map((file) => defaultExport(file, isChain, 'a Hono middleware, or an array of them')))
    const middleware = loaded.flat() as MiddlewareHandler[]
    const files = loaded.flatMap((one, i) => [one].flat().map(() => this.#middleware[i]!.file))
    const chain = { composed: compose(middleware, files), ran: new Set(middleware) }
    if (this.#keeps) this.#chain = chain
    return chain
  }
}

/** Makes guards; folders with the same files around them share one. */
export function createGuards(development: boolean): (files: FolderFiles) => FolderGuard | undefined {
  /** By the objects: manifests of several routes folders, with files of one name, may have been made one. */
  const opened = new Map<ManifestFile, { readonly id: number; readonly loader: FileLoader }>()
  const guards = new Map<string, FolderGuard>()
  const openedOf = (file: ManifestFile): { readonly id: number; readonly loader: FileLoader } => {
    let one = opened.get(file)
    if (!one) opened.set(file, (one = { id: opened.size, loader: new FileLoader(file, development) }))
    return one
  }
  const open = (file: ManifestFile): FileLoader => openedOf(file).loader
  return (files) => {
    const { middleware = [], error, notFound } = files
    if (middleware.length === 0 && !error && !notFound) return undefined
    const idOf = (file: ManifestFile): number => openedOf(file).id
    const key = JSON.stringify([middleware.map(idOf), error && idOf(error), notFound && idOf(notFound)])
    let guard = guards.get(key)
    if (!guard) guards.set(key, (guard = new FolderGuard(files, open, !development)))
    return guard
  }
}
