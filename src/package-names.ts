/**
 * The exports of a package. Where esbuild has split a bundle into chunks, `import()` of a package of CommonJS has no names: only
 * `default`, which holds them all.
 */
export function namesOfPackage<M extends object>(module: M): M {
  return (module as { readonly default?: M }).default ?? module
}
