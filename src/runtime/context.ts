import type { Cache } from '../cache/cache.js'
import type { CacheStore } from '../cache/store.js'
import type { RouteModule } from '../routing/manifest.js'
import type { DraftModeSettings } from './draft-mode.js'
import type { FolderGuard } from './folder-guard.js'
import type { Instrumentation } from './instrumentation.js'
import type { RouterResponses } from './responses.js'

/** Where in the life of a request an error was thrown. */
export type ErrorPhase = 'load' | 'handler' | 'middleware' | 'proxy' | 'after' | 'cache' | 'instrumentation'

export interface ErrorContext {
  readonly phase: ErrorPhase
  /** The file at fault, as the manifest names it. */
  readonly file?: string
  readonly method?: string
  readonly pathname?: string
}

/** A router's cache, which `openCache` makes when it is first needed. */
export interface CacheHandle {
  readonly store: CacheStore | undefined
  /** Loads what a build has made, once. Never rejects. */
  readonly prerendered: (() => Promise<Prerendered>) | undefined
  readonly report: (error: unknown) => void
  cache: Cache | undefined
  /** Whether the store has been seen to take its time. */
  isSlow?: boolean
}

/** What a build has made of the files whose GET answers are kept. */
export interface Prerendered {
  /** Cache entries by key, as text. */
  readonly entries: Readonly<Record<string, string>>
  /** Files whose answers are kept. */
  readonly settled: readonly string[]
  /**
   * Files that turned out to read the request, or answered with an error: their answers are not kept but for these params,
   * given as `paramsKey` writes them.
   */
  readonly dynamic: Readonly<Record<string, readonly string[]>>
}

/** What all requests of one router share; settled when the router is created. */
export interface RouterContext {
  readonly strict: boolean
  readonly development: boolean
  readonly basePath: string
  readonly trailingSlash: boolean
  readonly authInterrupts: boolean
  readonly responses: RouterResponses
  readonly draftMode: DraftModeSettings
  readonly cache: CacheHandle
  /** Reports an error that never reaches a client. */
  readonly report: (error: unknown, context: ErrorContext) => void
  readonly instrumentation: Instrumentation | undefined
}

/** One route of the table with its module's loader. */
export interface RouteEntry {
  readonly pathname: string
  readonly file: string
  load(): RouteModule | Promise<RouteModule>
  /** What the folders around it say. */
  readonly guard?: FolderGuard | undefined
}

/** The route file without its extension, as tags of paths name it: `/(shop)/users/[id]/route`. */
export const pageOf = ({ file }: Pick<RouteEntry, 'file'>): string => `/${file.replace(/\.[^./]+$/, '')}`
