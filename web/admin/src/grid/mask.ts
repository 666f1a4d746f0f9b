/** Stands in a text for what the viewer may not see, as in `g•••@•••`. */
export const MASK = '•••';
