import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { defineHandler } from '../../src/handler.ts'
import { type BodyLimitOptions, bodyLimit } from '../../src/middleware/body-limit.ts'
import { type CorsOptions, cors } from '../../src/middleware/cors.ts'
import { type ErrorsOptions, errors } from '../../src/middleware/errors.ts'
import { type PaginatedOptions, type PaginationOptions, paginated, paginationQuery } from '../../src/middleware/pagination.ts'
import { memoryStore, type RateLimitBindingOptions, type RateLimitOptions, rateLimit, redisStore } from '../../src/middleware/rate-limit.ts'
import { type TimeoutOptions, timeout } from '../../src/middleware/timeout.ts'
import {
  type FileNameOptions,
  type FileOptions,
  type FilesOptions,
  fileSchema,
  filesSchema,
  type PresignUploadOptions,
  presignUpload,
  safeFileName,
  uploadForm,
} from '../../src/middleware/uploads.ts'

/** All options that a type has: one that joins it and isn't told to the check is refused below. */
type All<Options> = { readonly [Name in keyof Required<Options> as Options[Name] extends undefined ? never : Name]: Options[Name] }

interface Case {
  readonly make: (options: never) => unknown
  readonly good: object
  /** Options that guard nothing. */
  readonly free?: readonly string[]
}

const of = <Options>(make: (options: Options) => unknown, good: All<Options>, free: readonly (keyof Options & string)[] = []): Case => ({
  make,
  good,
  free,
})

const schema = z.object({})
const client = { call: async () => 1 }
const handler = (): Response => new Response()
const page = { data: [], page: 1, limit: 1, total: 0 }
const common = { key: () => 'key', trustProxy: 1, onStoreFailure: 'deny', storeTimeout: 1 } as const
const words = { summary: '', description: '', tags: [], operationId: 'id', deprecated: false }

const cases: Record<string, Case> = {
  cors: of<CorsOptions>(cors, {
    origin: 'https://app.example',
    allowMethods: ['GET'],
    allowHeaders: ['X-Name'],
    exposeHeaders: ['X-Name'],
    credentials: true,
    maxAge: 1,
  }),
  bodyLimit: of<BodyLimitOptions>(bodyLimit, { maxSize: 1, contentTypes: ['image/*'] }),
  timeout: of<TimeoutOptions>(timeout, { seconds: 1 }),
  errors: of<ErrorsOptions>(errors, { format: 'problem', type: () => 'about:blank', onError: () => {} }),
  rateLimit: of<RateLimitOptions>(rateLimit, { limit: 1, window: 1, store: memoryStore(), ...common }),
  'rateLimit with a binding': of<RateLimitBindingOptions>(rateLimit, {
    binding: { limit: async () => ({ success: true }) },
    window: 10,
    ...common,
  }),
  memoryStore: of<NonNullable<Parameters<typeof memoryStore>[0]>>(memoryStore, { maxKeys: 1 }),
  redisStore: of<NonNullable<Parameters<typeof redisStore>[1]>>((options) => redisStore(client, options), { prefix: 'a' }),
  'paginationQuery()': of<PaginationOptions<typeof schema>>(paginationQuery, { defaultLimit: 1, maxLimit: 1, filters: schema }),
  'paginated()': of<PaginatedOptions>(
    (options) => paginated(new Request('http://localhost'), page, options),
    {
      url: 'https://api.example/',
      headers: {},
    },
    ['url', 'headers'],
  ),
  'fileSchema()': of<FileOptions>(fileSchema, { maxSize: 1, minSize: 0, types: { 'image/png': ['png'] }, optional: true }),
  'filesSchema()': of<FilesOptions>(filesSchema, { maxSize: 1, minSize: 0, types: { 'image/png': ['png'] }, minCount: 0, maxCount: 1 }),
  'uploadForm()': { make: uploadForm, good: { files: { image: schema }, fields: schema } },
  'safeFileName()': of<FileNameOptions>((options) => safeFileName('a', options), { maxBytes: 32, fallback: 'a' }, ['maxBytes', 'fallback']),
  'presignUpload()': of<PresignUploadOptions>(
    presignUpload,
    {
      endpoint: 'https://s3.example',
      bucket: 'bucket',
      key: 'key',
      accessKeyId: 'id',
      secretAccessKey: 'secret',
      sessionToken: 'token',
      region: 'auto',
      expiresIn: 1,
      contentType: 'image/png',
      contentLength: 1,
      headers: {},
    },
    ['sessionToken'],
  ),
  defineHandler: {
    make: (options) => defineHandler(options, handler as never),
    good: { use: [], params: schema, query: schema, headers: schema, cookies: schema, json: schema, responses: {}, ...words },
  },
}

/** What is said of options, whether at once or by a promise. */
async function errorOf({ make }: Case, options: object): Promise<string> {
  try {
    await make(options as never)
  } catch (error) {
    return String(error)
  }
  return 'no error'
}

describe.each(Object.entries(cases))('%s', (name, one) => {
  const owner = name.split(' ')[0]

  test('takes all the options that there are', async () => {
    expect(await errorOf(one, one.good)).toBe('no error')
  })

  test.each(Object.keys(one.good))('takes %s that is there but undefined only where it guards nothing', async (option) => {
    if (one.free?.includes(option)) return expect(await errorOf(one, { ...one.good, [option]: undefined })).toBe('no error')
    const mend = 'it must have a value, or be left out'
    expect(await errorOf(one, { ...one.good, [option]: undefined })).toBe(`TypeError: ${owner}: ${option} is undefined: ${mend}`)
  })

  test('takes no name that is misspelled', async () => {
    const [first] = Object.keys(one.good) as [string]
    for (const option of [`${first}s`, first.toUpperCase(), '__proto', 'toString']) {
      const said = await errorOf(one, { ...one.good, [option]: 'hidden' })
      expect(said).toContain(`TypeError: ${owner}: ${option} is no option; there are `)
      expect(said).toContain(first)
      expect(said).not.toContain('hidden')
    }
  })

  test('takes an object alone', async () => {
    for (const wrong of [null, [], 'text', 10]) expect(await errorOf(one, wrong as never)).toContain(`TypeError: ${owner}: options is `)
  })
})

test('an origin that an unset variable was to give does not allow all', () => {
  const { ORIGIN_THAT_IS_NOT_SET: origin } = process.env
  expect(() => cors({ origin } as CorsOptions)).toThrow('cors: origin is undefined')
})

test('"false" is no boolean', () => {
  const wrong = 'false' as never
  expect(() => cors({ origin: 'https://app.example', credentials: wrong })).toThrow(
    'cors: credentials is "false": it must be true or false',
  )
  expect(() => fileSchema({ maxSize: 1, optional: wrong })).toThrow('fileSchema(): optional is "false": it must be true or false')
})

test('what goes without a binding is not taken with one', () => {
  const binding = { limit: async () => ({ success: true }) }
  expect(() => rateLimit({ binding, window: 10, limit: 5 } as never)).toThrow('rateLimit: limit is no option; there are binding, window')
})

test('a body of defineHandler is json or form', () => {
  const mend = 'body is no option; give the schema of a JSON body as json, of a form as form'
  expect(() => defineHandler({ body: schema } as never, handler)).toThrow(new TypeError(`defineHandler: ${mend}`))
})

test('a file of uploadForm has a schema', () => {
  expect(() => uploadForm({ files: { image: undefined as never } })).toThrow('uploadForm(): files.image is undefined')
  expect(() => uploadForm({} as never)).toThrow('uploadForm(): files is undefined: it must be an object')
})
