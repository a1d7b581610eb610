import { withMiddleware } from 'everyroute/handler'
import { bodyLimit } from 'everyroute/middleware/body-limit'
import { cors } from 'everyroute/middleware/cors'
import { errors } from 'everyroute/middleware/errors'
import { requestId } from 'hono/request-id'
import { known } from './auth'

const MIB = 1024 * 1024

/** An avatar may have so many bytes. */
export const MAX_AVATAR = 4 * MIB

/**
 * In front of every handler, in `_middleware.ts` and in `use`: Next.js, where it runs the files by itself, only knows the latter.
 * What the folder has run is not run again.
 */
export const shared = [
  requestId(),
  // Any site may read the answers: who somebody is, tokens say, which no browser adds by itself.
  cors({ exposeHeaders: ['link', 'location', 'ratelimit', 'ratelimit-policy', 'retry-after', 'x-request-id'], maxAge: 600 }),
  errors({
    onError: (error, c) => {
      if (c.res.status >= 500) console.error(`Request ${c.get('requestId')} failed: ${error.message}`)
    },
  }),
] as const

/** No handler takes more: an avatar, with what the boundaries around it need. */
export const anyBody = bodyLimit({ maxSize: MAX_AVATAR + 64 * 1024 })

/** For handlers that need a user. */
export const signedIn = [...shared, ...known] as const

/** For handlers that take JSON. */
export const smallBody = bodyLimit({ maxSize: MIB })

/** Answers preflights in Next.js, which answers them by itself for a file without OPTIONS. */
export const OPTIONS = withMiddleware(...shared)()
