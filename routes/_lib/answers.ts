import { apiError, httpError, json } from 'everyroute/handler'
import { violation } from '../_db/constraints'

/** Where the API is served. A handler's own URL comes without it, so links have to add it. */
const BASE_PATH = '/api'

/** 201 with `{ data }`; `pathname` is the new record's route, such as `/users/4`. */
export const created = <Data>(pathname: string, data: Data) => json({ data }, 201, { location: BASE_PATH + pathname })

export const noSuchUser = () => apiError('No user has this id', 404)

export const noSuchPost = () => apiError('No post has this slug', 404)

const issues = (path: string, message: string) => ({ details: { issues: [{ path, message }] } })

/**
 * For `.catch()` of a write: a violated constraint is the client's fault. Which one it is the database decides, not a look
 * beforehand: of two requests at once, one wins.
 * @throws {HTTPException} 409 where a value is taken, 400 where the user that a row refers to is not there
 */
export function refuseViolation(error: unknown): never {
  const violated = violation(error)
  if (!violated) throw error
  if (violated.constraint === 'unique') {
    const { column } = violated
    throw httpError(409, `This ${column} is taken`, issues(column, 'Already taken'))
  }
  throw httpError(400, 'The body is not valid', issues('authorId', 'No user has this id'))
}
