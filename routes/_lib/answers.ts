import { NextResponse } from 'next/server'

/** Where the API is served. A handler's own URL comes without it, so links have to add it. */
const BASE_PATH = '/api'

/** 201 with `{ data }`; `pathname` is the new record's route, such as `/users/4`. */
export function created(pathname: string, data: unknown): NextResponse {
  return NextResponse.json({ data }, { status: 201, headers: { location: BASE_PATH + pathname } })
}
