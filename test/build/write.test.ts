import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeIfChanged } from '../../src/build/write.js'
import { tempProject } from './temp-project.js'

test('writes once, creates folders, leaves an equal file alone and nothing beside it', async () => {
  const root = await tempProject({})
  const path = join(root, 'a/b/file.ts')
  expect(await writeIfChanged(path, 'one')).toBe(true)
  const { mtimeMs, ino } = await stat(path)
  expect(await writeIfChanged(path, 'one')).toBe(false)
  expect(await stat(path)).toMatchObject({ mtimeMs, ino })
  expect(await writeIfChanged(path, 'two')).toBe(true)
  expect(await readFile(path, 'utf8')).toBe('two')
  // A new inode: the file was renamed into place, not written over.
  expect((await stat(path)).ino).not.toBe(ino)
  expect(await readdir(join(root, 'a/b'))).toEqual(['file.ts'])
})

test('leaves nothing behind where it fails', async () => {
  const root = await tempProject({})
  await mkdir(join(root, 'folder/file.ts'), { recursive: true })
  await expect(writeIfChanged(join(root, 'folder/file.ts'), 'x')).rejects.toThrow()
  expect(await readdir(join(root, 'folder'))).toEqual(['file.ts'])
})
