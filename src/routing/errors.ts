/** Every code that an {@link EveryrouteError} can carry. Codes are stable across minor versions. */
export type ErrorCode =
  | 'ERR_SEGMENT_SYNTAX'
  | 'ERR_DUPLICATE_PATH'
  | 'ERR_ROUTE_AND_PAGE'
  | 'ERR_PARAM_NAMES_DIFFER'
  | 'ERR_PARAM_REPEATED'
  | 'ERR_PARAM_TOO_SIMILAR'
  | 'ERR_OPTIONAL_CATCH_ALL_CONFLICT'
  | 'ERR_CATCH_ALL_CONFLICT'
  | 'ERR_CATCH_ALL_NOT_LAST'
  | 'ERR_ROUTES_DIR_MISSING'
  | 'ERR_UNREADABLE'
  | 'ERR_SYMLINK_LOOP'
  | 'ERR_PARSE'
  | 'ERR_UNKNOWN_NEXT_EXPORT'
  | 'ERR_PROXY_CONFLICT'
  | 'ERR_PROXY_EXPORT'
  | 'ERR_PROXY_MATCHER'
  | 'ERR_FOLDER_FILE_NAME'
  | 'ERR_FOLDER_FILE_CONFLICT'
  | 'ERR_FOLDER_FILE_EXPORT'
  | 'ERR_CONFIG_INVALID'
  | 'ERR_CONFIG_LOAD'
  | 'ERR_SEGMENT_CONFIG'
  | 'ERR_MANIFEST_VERSION'
  | 'ERR_BUNDLE'
  | 'ERR_PRERENDER'
  | 'ERR_OUTPUT_MISSING'
  | 'ERR_PORT_IN_USE'

export interface ErrorDetails {
  /** Files involved, relative to the project root where possible. */
  readonly files?: readonly string[]
  /** What to change, as one imperative sentence. */
  readonly fix?: string
  /** The source at fault with a caret below it, several lines joined by `\n`. */
  readonly frame?: string
  readonly cause?: unknown
}

/** The base of every error that everyroute throws on purpose; `message` names the value at fault. */
export class EveryrouteError extends Error {
  readonly code: ErrorCode
  readonly files: readonly string[]
  readonly fix: string | undefined
  readonly frame: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'EveryrouteError'
    this.code = code
    this.files = details.files ?? []
    this.fix = details.fix
    this.frame = details.frame
  }
}
