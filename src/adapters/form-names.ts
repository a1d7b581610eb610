/** Undoes what clients escape in the names of a multipart body's fields and files (HTML standard, 4.10.21.8). */
export const unescapeName = (name: string): string => name.replace(/%(?:0A|0D|22)/gi, (code) => decodeURIComponent(code))
