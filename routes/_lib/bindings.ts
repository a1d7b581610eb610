import { env } from 'everyroute'
import type { KvBinding } from 'everyroute/cache/kv'

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

/** What `wrangler.toml` binds. On other hosts there are none of them, but the variables of the environment. */
interface Bindings {
  readonly DB?: unknown
  readonly AVATARS?: Bucket
  readonly CACHE?: KvBinding
}

export const bindings = (): Bindings => env<Bindings>()
