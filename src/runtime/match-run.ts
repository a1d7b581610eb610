import type { Context } from 'hono'
import { type Arrival, arrive } from './arrival.js'
import type { AnswerError } from './compose.js'
import type { RouteEntry, RouterContext } from './context.js'
import { HAS_FOLDER_FILES } from './features.js'
import { answerFile } from './file-answer.js'
import type { Ran } from './folder-guard.js'
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

/** Runs the middleware of a file's folders and the file behind it. */
class MatchRun implements HandlerHost {
  private readonly matched: MatchedRequest
  ran: Ran | undefined = undefined

  constructor(matched: MatchedRequest) {
    this.matched = matched
  }

  get c(): Context {
    return this.matched.c
  }
  get answerError(): AnswerError {
    return this.matched.answerError
  }

  answer(): Response | Promise<Response> {
    const { answerError, c, match } = this.matched
    const { guard } = match.route
    if (!guard) return this.#answerFile(c.req.raw)
    setParams(c, match.params)
    return guard.run(c, (ran) => this.#answerBehind(ran), answerError)
  }

  #answerBehind(ran: Ran): Response | Promise<Response> {
    this.ran = ran
    const request = readableRequest(this.matched.c)
    return request instanceof Promise ? request.then((readable) => this.#answerFile(readable)) : this.#answerFile(request)
  }

  #answerFile(request: Request): Response | Promise<Response> {
    const { arrival, c, context, match, pathname } = this.matched
    const { guard } = match.route
    const notFound = guard?.hasNotFound ? async () => (await guard.notFoundHandler())?.(c) : undefined
    return answerFile({ context, match, pathname, host: this, arrival: arrival?.withRequest(request) ?? arrive(c, request), notFound })
  }
}

function answerPlainly(matched: MatchedRequest): Response | Promise<Response> {
  const { arrival, c, context, match, pathname } = matched
  return answerFile({ context, match, pathname, host: matched, arrival: arrival?.withRequest(c.req.raw) ?? arrive(c) })
}

/** Answers a request by its file, behind the middleware of the folders around that. */
export const answerMatched = (matched: MatchedRequest): Response | Promise<Response> =>
  HAS_FOLDER_FILES ? new MatchRun(matched).answer() : answerPlainly(matched)
