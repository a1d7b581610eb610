import { ApiError } from './errors'

export interface UserContext {
  readonly params: Promise<{ id: string }>
}

export function noSuchUser(): ApiError {
  return new ApiError(404, 'No user has this id')
}

/** The id in the path; one that no user can have is answered like one that no user has. */
export async function userId({ params }: UserContext): Promise<number> {
  const { id } = await params
  const number = Number(id)
  if (!Number.isSafeInteger(number) || String(number) !== id) throw noSuchUser()
  return number
}
