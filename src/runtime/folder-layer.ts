import type { Context } from 'hono'
import type { Next } from 'hono/types'
import type { FolderFiles, ManifestFolder } from '../routing/manifest.js'
import { type AnswerError, takeAnswer } from './compose.js'
import type { ErrorContext, RouteEntry, RouterContext } from './context.js'
import { isException, presentError } from './error-answer.js'
import { originOf, toError } from './error-origin.js'
import { HAS_FOLDER_FILES } from './features.js'
import { FileError } from './file-error.js'
import { createGuards, type FolderGuard } from './folder-guard.js'
import { belowFolder, REST } from './folder-pattern.js'
import { setParams } from './handler-host.js'
import { decodePath } from './hono-router.js'
import { createMatcher, type Matcher, type RouteMatch, type RouteParamValues } from './matcher.js'
import { mountOf } from './mount.js'

/** A folder in which no file answers a path. */
export interface UnmatchedFolder {
  readonly pathname: string
  readonly guard: FolderGuard
}

/** What errors are answered with, but for those that a folder's file answers. */
export type OnError = (error: Error, c: Context) => Response | Promise<Response>

/** What errors are thrown in: a route, or a folder in which no file answers. */
type Thrower = Pick<RouteEntry, 'guard' | 'pathname'> & Partial<Pick<RouteEntry, 'file'>>

/** Where an error was thrown, as far as it tells. */
function placeOf(error: unknown, c: Context, { pathname }: Thrower, middleware?: string): ErrorContext {
  const { phase, file } = error instanceof FileError ? error : { phase: 'middleware' as const, file: middleware }
  return { phase, method: c.req.method, pathname, ...(file !== undefined && { file }) }
}

/** The params of a folder's own segments. */
function folderParams({ params: { [REST]: _, ...params } }: RouteMatch<UnmatchedFolder>): RouteParamValues {
  return params
}

function createFolderMatcher(
  folders: readonly ManifestFolder[],
  guardOf: (folder: ManifestFolder) => FolderGuard | undefined,
): Matcher<UnmatchedFolder> | undefined {
  const guarded = folders.flatMap((folder) => {
    const guard = guardOf(folder)
    return guard ? [{ pathname: belowFolder(folder.pathname), guard }] : []
  })
  return guarded.length > 0 ? createMatcher(guarded) : undefined
}

/** What the files of folders do for the routes below them, and for paths that no route answers. */
export class FolderLayer {
  readonly #context: RouterContext
  readonly #onError: OnError
  readonly #matcher: Matcher<UnmatchedFolder> | undefined
  /** The folder of a path that no file answers, while the request is on its way. */
  readonly #unmatched = new WeakMap<Context, FolderGuard>()
  readonly guardOf: (files: FolderFiles) => FolderGuard | undefined

  constructor(context: RouterContext, folders: readonly ManifestFolder[], onError: OnError) {
    this.#context = context
    this.#onError = onError
    this.guardOf = HAS_FOLDER_FILES ? createGuards(context.development) : () => undefined
    this.#matcher = HAS_FOLDER_FILES ? createFolderMatcher(folders, this.guardOf) : undefined
  }

  /**
   * The folder of a path that no route answers.
   * @param path raw
   * @param innerPathname gives the part of a path below the base path, where it is below it
   * @throws {URIError} where a param has malformed percent-encoding
   */
  match(path: string, innerPathname: (path: string) => string | undefined): RouteMatch<UnmatchedFolder> | undefined {
    if (!this.#matcher) return undefined
    // What answers in the folder is found by Hono, which decodes the path.
    const spellings = new Set([decodePath(path), path])
    for (const one of spellings) {
      const inner = innerPathname(one)
      const match = inner === undefined ? undefined : this.#matcher.match(inner)
      if (match) return match
    }
    return undefined
  }

  /** Lets the middleware of the folder run in front of what the application itself has for the path, or of the 404. */
  answerUnmatched(folder: RouteMatch<UnmatchedFolder>, c: Context, next: Next): Promise<Response> {
    const { guard } = folder.route
    setParams(c, folderParams(folder))
    this.#unmatched.set(c, guard)
    const answer = async (): Promise<Response> => {
      await next()
      return takeAnswer(c)
    }
    return guard.run(c, answer, this.errorAnswerer(c, { guard, pathname: folder.route.pathname }))
  }

  /** The answer of the nearest `_not-found` file to a path that no route answers, where there is one. */
  async notFound(c: Context): Promise<Response | undefined> {
    const handler = await this.#unmatched.get(c)?.notFoundHandler()
    return handler && (await handler(c))
  }

  /** Gives the answer of the nearest `_error` file, else of the app's error handler. It never rejects. */
  errorAnswerer(c: Context, route: Thrower): AnswerError {
    return async (thrown, file) => {
      const context = this.#context
      const error = await this.#placeError(thrown instanceof FileError && route.file ? thrown.in(route.file) : thrown, c, route, file)
      c.error = error
      try {
        const handler = await route.guard?.errorHandler()
        if (!handler) return await this.#onError(error, c)
        if (!isException(error)) context.report(error, originOf(error)!)
        return presentError(c, await handler(error, c))
      } catch (failure) {
        context.report(failure, placeOf(failure, c, route))
        return presentError(c, context.responses.internalError(failure))
      }
    }
  }

  /** Notes where an error was thrown, unless a file's handler threw it: that is known by then. */
  async #placeError(thrown: unknown, c: Context, route: Thrower, file: string | undefined): Promise<Error> {
    if (thrown instanceof Error && originOf(thrown)) return thrown
    const error = toError(thrown, placeOf(thrown, c, route, file))
    if (!isException(error) && !mountOf(c.env)) await this.#context.instrumentation?.onRequestError(thrown, c.req.raw, route.pathname)
    return error
  }
}
