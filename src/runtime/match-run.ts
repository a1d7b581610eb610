import type { Context } from 'hono'
import { type Arrival, arrive } from './arrival.js'
import type { AnswerError } from './compose.js'
import type { RouteEntry, RouterContext } from './context.js'
import { HAS_FOLDER_FILES } from './features.js'
import { answerFile, type FileRun } from './file-answer.js'
import type { FolderGuard, Ran } from './folder-guard.js'
import { type HandlerHost, setParams } from './handler-host.js'
import { readableRequest } from './incoming.js'
import type { RouteMatch } from './matcher.js'

/** A request whose file has been found. */
export interface MatchedRequest {
  readonly context: RouterContext
  readonly match: RouteMatch<RouteEntry>
  /** The raw path by which the file was found, without base path. */
  readonly pathname: string
  readonly c: Context
  readonly answerError: AnswerError
  /** Default: made when the handler is about to run. */
  readonly arrival: Arrival | undefined
}

/** Answers by a file for the request that has been left for it. */
function answerByFile(
  matched: MatchedRequest,
  request: Request,
  host: HandlerHost,
  notFound?: FileRun['notFound'],
): Response | Promise<Response> {
  const { arrival, c, context, match, pathname } = matched
  return answerFile({ context, match, pathname, host, arrival: arrival?.withRequest(request) ?? arrive(c, request), notFound })
}

/** Runs the middleware of a file's folders and the file behind it. */
class GuardedRun implements HandlerHost {
  private readonly matched: MatchedRequest
  private readonly guard: FolderGuard
  ran: Ran | undefined = undefined

  constructor(matched: MatchedRequest, guard: FolderGuard) {
    this.matched = matched
    this.guard = guard
  }

  get c(): Context {
    return this.matched.c
  }
  get answerError(): AnswerError {
    return this.matched.answerError
  }

  answer(): Promise<Response> {
    const { answerError, c, match } = this.matched
    setParams(c, match.params)
    return this.guard.run(c, (ran) => this.#answerBehind(ran), answerError)
  }

  #answerBehind(ran: Ran): Response | Promise<Response> {
    this.ran = ran
    const request = readableRequest(this.matched.c)
    return request instanceof Promise ? request.then((readable) => this.#answerFile(readable)) : this.#answerFile(request)
  }

  #answerFile(request: Request): Response | Promise<Response> {
    const { guard, matched } = this
    const notFound = guard.hasNotFound ? async () => (await guard.notFoundHandler())?.(matched.c) : undefined
    return answerByFile(matched, request, this, notFound)
  }
}

/** Answers a request by its file, behind the middleware of the folders around that. */
export function answerMatched(matched: MatchedRequest): Response | Promise<Response> {
  const { guard } = matched.match.route
  return HAS_FOLDER_FILES && guard ? new GuardedRun(matched, guard).answer() : answerByFile(matched, matched.c.req.raw, matched)
}
