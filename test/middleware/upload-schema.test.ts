import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { fileSchema, filesSchema, uploadForm } from '../../src/middleware/uploads.js'

const IMAGES = { 'image/png': ['png'], 'image/jpeg': ['jpg', 'JPEG'] }
const file = (name: string, size: number, type = '') => new File([new Uint8Array(size)], name, { type })
const validate = (options: Parameters<typeof fileSchema>[0], value: unknown) => fileSchema(options)['~standard'].validate(value)
const issue = (message: string) => ({ issues: [{ message }] })

describe('fileSchema', () => {
  test.each([
    file('a.png', 1, 'image/png'),
    file('A.PNG', 10, 'IMAGE/PNG'),
    file('a.b.jpeg', 10, 'image/jpeg'),
    file('a.png', 10, 'image/png; x=y'),
  ])('takes $name', (given) => {
    const result = validate({ maxSize: 10, types: IMAGES }, given)
    expect('value' in result && result.value).toBe(given)
  })

  test.each([
    [file('a.png', 11, 'image/png'), 'must have 10 bytes at most, has 11'],
    [file('a.png', 0, 'image/png'), 'must have 1 bytes at least, has 0'],
    [file('a.png', 5, 'image/svg+xml'), 'must be of type image/png, image/jpeg'],
    [file('a.png', 5), 'must be of type image/png, image/jpeg'],
    [file('a.html', 5, 'image/png'), 'must have a name that ends in .png'],
    [file('apng', 5, 'image/png'), 'must have a name that ends in .png'],
    [file('a.png', 5, 'image/jpeg'), 'must have a name that ends in .jpg, .jpeg'],
    ['text', 'must be a file'],
    [new Blob(['x']), 'must be a file'],
    [[file('a.png', 5, 'image/png')], 'must be one file'],
    [undefined, 'is required'],
    ['', 'is required'],
    [file('', 0, 'application/octet-stream'), 'is required'],
  ])('refuses %o: %s', (given, message) => {
    expect(validate({ maxSize: 10, types: IMAGES }, given)).toEqual(issue(message))
  })

  test('without types takes any; an optional one may be left empty', () => {
    expect(validate({ maxSize: 10 }, file('x.exe', 5))).toHaveProperty('value')
    for (const empty of [undefined, '', file('', 0)]) expect(validate({ maxSize: 10, optional: true }, empty)).toEqual({ value: undefined })
    expect(validate({ maxSize: 10, minSize: 0 }, file('a', 0))).toHaveProperty('value')
  })

  test.each([
    [{ maxSize: 0 }, 'fileSchema(): maxSize is 0: give a whole number, 1 or more.'],
    [{ maxSize: 1.5 }, 'maxSize is 1.5'],
    [{}, 'maxSize is undefined'],
    [{ maxSize: 5, minSize: 6 }, 'minSize is 6: give a whole number, from 0 to 5.'],
    [{ maxSize: 5, types: {} }, 'types is empty'],
    [{ maxSize: 5, types: { png: ['png'] } }, 'types has "png": give a media type such as image/png.'],
    [{ maxSize: 5, types: { 'image/*': ['png'] } }, 'types has "image/*"'],
    [{ maxSize: 5, types: { 'image/png': [] } }, 'types["image/png"] has the extension ""'],
    [{ maxSize: 5, types: { 'image/png': ['.png'] } }, 'types["image/png"] has the extension ".png"'],
  ])('refuses the options %o', (options, message) => {
    expect(() => fileSchema(options as never)).toThrow(TypeError)
    expect(() => fileSchema(options as never)).toThrow(message)
  })
})

describe('filesSchema', () => {
  const schema = filesSchema({ maxSize: 10, maxCount: 2, types: IMAGES })
  const good = file('a.png', 5, 'image/png')
  test('takes one and more, and names the one that is wrong', () => {
    expect(schema['~standard'].validate(good)).toEqual({ value: [good] })
    expect(schema['~standard'].validate([good, good])).toEqual({ value: [good, good] })
    expect(schema['~standard'].validate([good, 'x'])).toEqual({ issues: [{ message: 'must be a file', path: [1] }] })
    expect(schema['~standard'].validate([good, good, good])).toEqual(issue('must be 2 files at most, are 3'))
    expect(schema['~standard'].validate(undefined)).toEqual(issue('is required'))
    expect(filesSchema({ maxSize: 1, maxCount: 3, minCount: 2 })['~standard'].validate([])).toEqual(issue('must be 2 files at least'))
    expect(filesSchema({ maxSize: 1, maxCount: 3, minCount: 0 })['~standard'].validate(file('', 0))).toEqual({ value: [] })
  })

  test.each([{ maxCount: 0 }, { maxCount: 1, minCount: 2 }, { maxCount: Number.POSITIVE_INFINITY }])(
    'refuses the options %o',
    (options) => {
      expect(() => filesSchema({ maxSize: 1, ...options })).toThrow(/^filesSchema\(\): (min|max)Count is .*: give a whole number/)
    },
  )
})

describe('uploadForm', () => {
  const schema = uploadForm({
    files: {
      avatar: fileSchema({ maxSize: 10 }),
      cover: fileSchema({ maxSize: 10, optional: true }),
      pages: filesSchema({ maxSize: 10, maxCount: 3 }),
    },
    fields: z.strictObject({ title: z.string().min(1), tags: z.array(z.string()).optional() }),
  })

  test('gives the files and the fields of a form that was sent', async () => {
    const sent = new FormData()
    sent.append('title', 'hello')
    sent.append('tags', 'a')
    sent.append('tags', 'b')
    sent.append('avatar', file('a.png', 3))
    sent.append('pages', file('1.txt', 3))
    sent.append('pages', file('2.txt', 3))
    const result = await schema['~standard'].validate(await new Response(sent).formData())
    if (result.issues) throw new Error(JSON.stringify(result.issues))
    const { avatar, cover, pages, title, tags } = result.value
    expect([avatar.name, cover, pages.map(({ name }) => name), title, tags]).toEqual([
      'a.png',
      undefined,
      ['1.txt', '2.txt'],
      'hello',
      ['a', 'b'],
    ])
    expectTypeOf(avatar).toEqualTypeOf<File>()
    expectTypeOf(cover).toEqualTypeOf<File | undefined>()
    expectTypeOf(pages).toEqualTypeOf<File[]>()
    expectTypeOf(title).toEqualTypeOf<string>()
  })

  test('says all that is wrong, by names', async () => {
    const { issues } = await schema['~standard'].validate({ title: '', avatar: file('a', 11), pages: [file('b', 1), 'x'] })
    expect(issues?.map(({ path }) => path?.join('.'))).toEqual(['avatar', 'pages.1', 'title'])
    expect(await schema['~standard'].validate('x')).toEqual(issue('must be a form'))
  })

  test('without a schema of fields, gives the files alone', async () => {
    const avatar = file('a', 1)
    const form = uploadForm({ files: { avatar: fileSchema({ maxSize: 10 }) } })
    expect(await form['~standard'].validate({ avatar, __proto__: null, other: 'x' })).toEqual({ value: { avatar } })
  })
})
