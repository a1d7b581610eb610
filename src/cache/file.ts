import { createStorage } from 'unstorage'
import fsLite from 'unstorage/drivers/fs-lite'
import type { CacheStore } from './store.js'
import { type UnstorageStoreOptions, unstorageStore } from './unstorage.js'

export interface FileStoreOptions extends UnstorageStoreOptions {
  /** The folder to keep entries in, made when first needed. Relative to the working directory. */
  readonly dir: string
}

/**
 * A store in a folder, for hosts with a file system; processes on one machine may share it. Nothing is removed by
 * itself: a key's file stays until it is replaced, so that the folder grows with the number of keys.
 * @throws TypeError for an empty dir
 */
export function fileStore(options: FileStoreOptions): CacheStore {
  const { dir, ...rest } = options
  if (typeof dir !== 'string' || dir === '') throw new TypeError(`dir must name a folder; got ${JSON.stringify(dir)}`)
  return unstorageStore(createStorage({ driver: fsLite({ base: dir }) }), rest)
}
