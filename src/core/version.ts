/** The version of the tool, as in package.json; it stands in what the tool writes. */
export const VERSION = '0.1.0';
