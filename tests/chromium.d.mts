/** The path of a Chromium that runs here; it is installed first where that is allowed and `mayInstall`. */
export function findChromium(options?: { mayInstall?: boolean }): string | undefined
