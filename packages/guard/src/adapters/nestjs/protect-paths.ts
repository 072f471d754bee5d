export const protectPaths = 1
