/** The param under which {@link belowFolder} keeps the rest of a path: no param of a folder may start with a dot. */
export const REST = '...'

/** The pathname, in Next.js's notation, of a folder and everything below it. */
export function belowFolder(pathname: string): string {
  return `${pathname.replace(/\/$/, '')}/[[...${REST}]]`
}
