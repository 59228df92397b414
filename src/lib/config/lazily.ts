/** The object with more properties, or others in their place: each is made when it is first read, and then stays. */
export function lazily<Given extends object, Made extends object>(
  given: Given,
  makers: { readonly [Name in keyof Made]: () => Made[Name] },
): Omit<Given, keyof Made> & Made {
  const whole = Object.defineProperties({}, Object.getOwnPropertyDescriptors(given));
  for (const [name, make] of Object.entries<() => unknown>(makers)) {
    Object.defineProperty(whole, name, { get: once(make), configurable: true, enumerable: true });
  }
  return whole as Omit<Given, keyof Made> & Made; // what was just put together
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
