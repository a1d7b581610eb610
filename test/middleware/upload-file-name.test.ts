import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { safeFileName } from '../../src/middleware/uploads.js'

describe('safeFileName', () => {
  test.each([
    ['photo.png', 'photo.png'],
    ['Übersicht 2024.pdf', 'Übersicht 2024.pdf'],
    ['U\u0308bersicht.pdf', 'Übersicht.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\me\\cv.docx', 'cv.docx'],
    ['/', 'file'],
    ['', 'file'],
    ['..', 'file'],
    ['. . .', 'file'],
    ['.htaccess', 'file.htaccess'],
    ['...png', 'file.png'],
    ['-rf', 'rf'],
    ['a\0b\r\nc.txt', 'abc.txt'],
    ['invoice\u202egpj.exe', 'invoicegpj.exe'],
    ['\u200b\ufeff.png', 'file.png'],
    ['a\u2028b.txt', 'ab.txt'],
    ['\ud800x.txt', 'x.txt'],
    ['a"b<c>:d|e?f*.txt', 'a_b_c__d_e_f_.txt'],
    ['trailing. . ', 'trailing'],
    ['con', '_con'],
    ['CON.txt', '_CON.txt'],
    ['nul.tar.gz', '_nul.tar.gz'],
    ['COM¹.log', '_COM¹.log'],
    ['lpt0', '_lpt0'],
    ['console.txt', 'console.txt'],
    ['aux .txt', '_aux.txt'],
    ['CONIN$', '_CONIN$'],
    ['Makefile', 'Makefile'],
    ['archive.tar.gz', 'archive.tar.gz'],
    ['数据.csv', '数据.csv'],
  ])('%j becomes %j', (name, safe) => {
    expect(safeFileName(name)).toBe(safe)
  })

  test('cuts a long name at a whole character and keeps the extension', () => {
    expect(safeFileName(`${'a'.repeat(300)}.png`)).toBe(`${'a'.repeat(250)}.png`)
    expect(safeFileName(`${'😀'.repeat(100)}.jpeg`, { maxBytes: 32 })).toBe(`${'😀'.repeat(6)}.jpeg`)
    expect(safeFileName(`a.${'b'.repeat(300)}`, { maxBytes: 40 })).toHaveLength(39)
    expect(safeFileName(`con${' '.repeat(300)}x.txt`)).toBe('_con.txt')
  })

  test('takes another fallback', () => {
    expect(safeFileName('///', { fallback: 'upload' })).toBe('upload')
    expect(safeFileName('.png', { fallback: 'upload' })).toBe('upload.png')
  })

  test.each([31, 256, 40.5, Number.NaN])('refuses maxBytes %d', (maxBytes) => {
    expect(() => safeFileName('a', { maxBytes })).toThrow(`safeFileName(): maxBytes is ${maxBytes}: give a whole number from 32 to 255.`)
  })

  test('looks again at the end of a name that was cut', () => {
    const start = 'x'.repeat(24)
    expect(safeFileName(`${start}....png€€`, { maxBytes: 32 })).toBe(`${start}.png`)
  })

  test('a reserved name that fills the bytes is cut with what is put before it', () => {
    const safe = safeFileName(`con.${'é'.repeat(15)}`, { maxBytes: 35 })
    expect(safe).toBe(`_con.${'é'.repeat(14)}`)
    expect(safeFileName(safe, { maxBytes: 35 })).toBe(safe)
    expect(safeFileName(`con${' '.repeat(40)}x`, { maxBytes: 32 })).toBe('_con')
  })

  test('whatever comes, the name can be stored, and is its own safe name', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('.', '..', '/', '\\', 'con', ' ', '\u202e', '.png', '-', '\0', '¹', '\u0301'),
    )
    const name = fc.array(part, { maxLength: 60 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(name, fc.integer({ min: 32, max: 255 }), (given, maxBytes) => {
        const safe = safeFileName(given, { maxBytes })
        expect(safe).toMatch(/^[^\p{C}/\\:*?"<>|]+$/u)
        expect(safe).not.toMatch(/^[.\s-]|[.\s]$/)
        expect(new TextEncoder().encode(safe).length).toBeLessThanOrEqual(maxBytes)
        expect(safe).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i)
        expect(safeFileName(safe, { maxBytes })).toBe(safe)
      }),
      { numRuns: 2000 },
    )
  })
})
