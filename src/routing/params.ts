/**
 * The params of a pathname in Next.js's notation: `/users/[id]` gives `{ id: string }`, `[...path]` `{ path: string[] }`,
 * `[[...path]]` `{ path?: string[] }`, a static pathname `{}`, and `string` a record of them all.
 */
export type RouteParams<Pathname extends string> = string extends Pathname
  ? Record<string, string | string[] | undefined>
  : Flat<SegmentsParams<Pathname>>

type SegmentsParams<Path extends string> = Path extends `${infer Segment}/${infer Rest}`
  ? SegmentParams<Segment> & SegmentsParams<Rest>
  : SegmentParams<Path>

type SegmentParams<Segment extends string> = Segment extends `[[...${infer Name}]]`
  ? { [Key in Name]?: string[] }
  : Segment extends `[...${infer Name}]`
    ? { [Key in Name]: string[] }
    : Segment extends `[${infer Name}]`
      ? { [Key in Name]: string }
      : unknown

type Flat<T> = { [Key in keyof T]: T[Key] }
