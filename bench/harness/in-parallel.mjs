/** Runs `once(number)` so many times at once, so that a database keeps what they write together. @returns what they return. */
export const inParallel = (times, once) => Promise.all(Array.from({ length: times }, (_, number) => once(number)))
