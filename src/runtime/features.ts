/**
 * What an application has, where its build knows. `everyroute build` defines these names as `false` for what the project
 * can't reach, and the bundler then leaves out the code behind them. Where nothing is defined, all of it is there; each is a
 * constant, so that no request pays for asking.
 *
 * Where code is loaded by `import()`, the name itself stands in the condition: bundlers look for imports in each module by
 * itself, before they look at constants of others.
 */
declare const __EVERYROUTE_ENTRY__: boolean | undefined
declare const __EVERYROUTE_MIDDLEWARE__: boolean | undefined
declare const __EVERYROUTE_DIRECT__: boolean | undefined
declare const __EVERYROUTE_FOLDER_FILES__: boolean | undefined
declare const __EVERYROUTE_PROXY__: boolean | undefined
declare const __EVERYROUTE_INSTRUMENTATION__: boolean | undefined
declare const __EVERYROUTE_STATIC__: boolean | undefined
declare const __EVERYROUTE_SCOPE__: boolean | undefined
declare const __EVERYROUTE_FETCH__: boolean | undefined
declare const __EVERYROUTE_FORM_DATA__: boolean | undefined
declare const __EVERYROUTE_MAX_DURATION__: boolean | undefined
declare const __EVERYROUTE_PARAMS__: boolean | undefined
declare const __EVERYROUTE_BASE_PATH__: boolean | undefined
declare const __EVERYROUTE_TRAILING_SLASH__: boolean | undefined
declare const __EVERYROUTE_STRICT__: boolean | undefined
declare const __EVERYROUTE_LIBRARY__: boolean | undefined

/** Whether a module of the application's own may get at the app, to add middleware and handlers. */
export const HAS_ENTRY: boolean = typeof __EVERYROUTE_ENTRY__ === 'undefined' || __EVERYROUTE_ENTRY__

/** Whether anything may ask for Hono's context: an entry, files of folders, the proxy, handlers that run middleware. */
export const HAS_MIDDLEWARE: boolean = typeof __EVERYROUTE_MIDDLEWARE__ === 'undefined' || __EVERYROUTE_MIDDLEWARE__

/** Whether there is what only saves time: shorter ways for requests that need little. They take half the time, and a KB. */
export const HAS_DIRECT: boolean = typeof __EVERYROUTE_DIRECT__ === 'undefined' || __EVERYROUTE_DIRECT__

/** Whether there are `_middleware`, `_error` or `_not-found` files. */
export const HAS_FOLDER_FILES: boolean = typeof __EVERYROUTE_FOLDER_FILES__ === 'undefined' || __EVERYROUTE_FOLDER_FILES__

export const HAS_PROXY: boolean = typeof __EVERYROUTE_PROXY__ === 'undefined' || __EVERYROUTE_PROXY__

export const HAS_INSTRUMENTATION: boolean = typeof __EVERYROUTE_INSTRUMENTATION__ === 'undefined' || __EVERYROUTE_INSTRUMENTATION__

/** Whether some file may have answers that are kept. */
export const HAS_STATIC: boolean = typeof __EVERYROUTE_STATIC__ === 'undefined' || __EVERYROUTE_STATIC__

/** Whether anything may ask which request is being answered, or throw a redirect and the like: modules of `next/*`, kept answers. */
export const HAS_SCOPE: boolean = typeof __EVERYROUTE_SCOPE__ === 'undefined' || __EVERYROUTE_SCOPE__

/** Whether anything may call `fetch`. */
export const HAS_FETCH: boolean = typeof __EVERYROUTE_FETCH__ === 'undefined' || __EVERYROUTE_FETCH__

/** Whether anything may ask for a request's or a response's `formData()`. */
export const HAS_FORM_DATA: boolean = typeof __EVERYROUTE_FORM_DATA__ === 'undefined' || __EVERYROUTE_FORM_DATA__

/** Whether some file may export `maxDuration`. */
export const HAS_MAX_DURATION: boolean = typeof __EVERYROUTE_MAX_DURATION__ === 'undefined' || __EVERYROUTE_MAX_DURATION__

/** Whether some pathname has a dynamic segment. */
export const HAS_PARAMS: boolean = typeof __EVERYROUTE_PARAMS__ === 'undefined' || __EVERYROUTE_PARAMS__

export const HAS_BASE_PATH: boolean = typeof __EVERYROUTE_BASE_PATH__ === 'undefined' || __EVERYROUTE_BASE_PATH__

export const HAS_TRAILING_SLASH: boolean = typeof __EVERYROUTE_TRAILING_SLASH__ === 'undefined' || __EVERYROUTE_TRAILING_SLASH__

/** Whether the router may be strict. */
export const CAN_BE_STRICT: boolean = typeof __EVERYROUTE_STRICT__ === 'undefined' || __EVERYROUTE_STRICT__

/**
 * Whether the router is called by code that the build doesn't know: it may be mounted in Next.js, run in development, or get
 * options and a manifest that nobody has checked.
 */
export const IS_LIBRARY: boolean = typeof __EVERYROUTE_LIBRARY__ === 'undefined' || __EVERYROUTE_LIBRARY__
