import { type CacheStore, memoryStore } from 'everyroute/cache'
import { kvStore } from 'everyroute/cache/kv'
import { bindings } from './bindings'

/** Where answers and data are kept: in the KV namespace that the host binds as `CACHE`, else in memory. */
export default function openCache(): CacheStore {
  const { CACHE } = bindings()
  return CACHE ? kvStore({ binding: CACHE }) : memoryStore()
}
