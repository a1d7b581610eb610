import { type NextRequest, NextResponse } from 'next/server'
import { violation } from '../_db/constraints'

/** One field at fault: `path` is `''` for the body as a whole. */
export interface Issue {
  readonly path: string
  readonly message: string
}

/** Thrown by a handler or what it calls, answered by {@link withErrors} as `{ error, issues? }`. */
export class ApiError extends Error {
  readonly status: number
  readonly issues: readonly Issue[] | undefined

  constructor(status: number, message: string, issues?: readonly Issue[]) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.issues = issues
  }
}

/** Answers what a handler throws on purpose; any other error is left to the server, which answers 500. */
export function withErrors<Rest extends unknown[]>(handler: (request: NextRequest, ...rest: Rest) => Promise<Response>) {
  return async (request: NextRequest, ...rest: Rest): Promise<Response> => {
    try {
      return await handler(request, ...rest)
    } catch (error) {
      const answer = error instanceof ApiError ? error : conflict(error)
      if (!answer) throw error
      return NextResponse.json({ error: answer.message, issues: answer.issues }, { status: answer.status })
    }
  }
}

// The unique index decides, not a look beforehand: two requests at once can't both win.
function conflict(error: unknown): ApiError | undefined {
  const violated = violation(error)
  if (violated?.constraint !== 'unique') return undefined
  return new ApiError(409, `This ${violated.column} is taken`, [{ path: violated.column, message: 'Already taken' }])
}
