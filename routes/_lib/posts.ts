import { violation } from '../_db/constraints'
import { ApiError } from './errors'

export interface PostContext {
  readonly params: Promise<{ slug: string }>
}

export function noSuchPost(): ApiError {
  return new ApiError(404, 'No post has this slug')
}

/** For `.catch()` of a write: the author is the one foreign key of a post. */
export function unknownAuthor(error: unknown): never {
  if (violation(error)?.constraint !== 'foreign key') throw error
  throw new ApiError(400, 'The body is not valid', [{ path: 'authorId', message: 'No user has this id' }])
}
