import { env } from 'everyroute'
import type { KvBinding } from 'everyroute/cache/kv'
import type { RateLimitBinding } from 'everyroute/middleware/rate-limit'

/** As much of an R2 bucket as is used here. */
export interface Bucket {
  get(key: string): Promise<{
    arrayBuffer(): Promise<ArrayBuffer>
    readonly httpMetadata?: { readonly contentType?: string }
    readonly customMetadata?: Readonly<Record<string, string>>
  } | null>
  put(
    key: string,
    value: Uint8Array,
    options: { httpMetadata: { contentType: string }; customMetadata: Record<string, string> },
  ): Promise<unknown>
  delete(key: string): Promise<void>
}

/** What `wrangler.toml` binds, and the variables of the environment, which are all that other hosts have. */
interface Bindings {
  readonly DB?: unknown
  readonly AVATARS?: Bucket
  readonly CACHE?: KvBinding
  readonly LIMITER?: RateLimitBinding
  /** At least 32 random bytes. */
  readonly AUTH_SECRET?: string
  /** How many proxies stand in front of the server. */
  readonly TRUST_PROXY?: string
  readonly S3_ENDPOINT?: string
  readonly S3_BUCKET?: string
  readonly S3_ACCESS_KEY_ID?: string
  readonly S3_SECRET_ACCESS_KEY?: string
}

export const bindings = (): Bindings => env<Bindings>()
