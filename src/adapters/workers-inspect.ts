type Shown = Record<symbol, object | undefined>

/**
 * Lets requests be logged. workerd shows what every getter of an object gives, of derived prototypes too, where Next.js has two that
 * throw; what it is told to be missing, it passes over.
 */
export function installInspect(): void {
  const prototype = Request.prototype as unknown as Shown
  for (const key of Object.getOwnPropertySymbols(prototype)) {
    const shown = prototype[key]
    if (Object.isExtensible(shown)) Object.assign(shown!, { page: false, ua: false })
  }
}
