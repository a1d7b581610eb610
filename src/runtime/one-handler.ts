import { HonoBase } from 'hono/hono-base'
import type { Handler } from 'hono/types'
import { matchResultOf, register } from './registered.js'

/** A Hono app with one handler for everything. It reads nothing of the request but its method. */
export function createOneHandlerApp(handler: Handler): HonoBase {
  const matchResult = matchResultOf(register(handler))
  const router = { name: 'OneHandlerRouter', add: () => {}, match: () => matchResult }
  return new HonoBase({ router: router as never, getPath: () => '/' })
}
