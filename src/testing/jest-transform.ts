import { transformWithOxc } from 'vite'

// Jest loads this file by its path, which the preset knows.

interface Transformer {
  processAsync(source: string, file: string): Promise<{ code: string; map: object | null }>
}

/** Takes types and JSX out, as Vite does, by the project's tsconfig. */
const transformer: Transformer = {
  async processAsync(source, file) {
    const { code, map } = await transformWithOxc(source, file)
    return { code, map: map ?? null }
  },
}

export default transformer
