import { rateLimit } from 'everyroute/middleware/rate-limit'
import { bindings } from './_lib/bindings'
import { anyBody, shared } from './_lib/middleware'

const { LIMITER, TRUST_PROXY } = bindings()

const trustProxy = TRUST_PROXY ? { trustProxy: Number(TRUST_PROXY) } : {}

/** 600 requests a minute: counted by the binding where the host has one, else in memory. */
const limited = LIMITER ? rateLimit({ binding: LIMITER, window: 60, ...trustProxy }) : rateLimit({ limit: 600, window: 60, ...trustProxy })

export default [...shared, limited, anyBody]
