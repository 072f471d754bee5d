/** The values of a form's fields by their names, in the order of the form. Of a checkbox or radio button: whether it is set. */
export type FieldValues = Readonly<Record<string, readonly (string | boolean | readonly string[])[]>>

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

/** Never kept: secrets, what the server has put there, and what a script may not fill in. */
const secretTypes = /^(password|file|hidden|submit|button|reset|image)$/
const secretPurposes = /^(off|one-time-code|(current|new)-password|cc-.*)$/

/** Names of fields that have been password fields: by name, because some frameworks replace the field to show its text. */
const passwordNames = new WeakMap<HTMLFormElement, Set<string>>()

/** Remembers the password fields of a form: a button that shows a password makes them fields of text. */
export function rememberPasswords(form: HTMLFormElement): void {
  const names = passwordNames.get(form) ?? new Set()
  passwordNames.set(form, names)
  for (const field of form.elements) if (isField(field) && field.type === 'password') names.add(field.name)
}

/** What may be kept of a form. */
export function readFields(form: HTMLFormElement): FieldValues {
  const values: Record<string, (string | boolean | readonly string[])[]> = {}
  for (const field of fieldsOf(form)) {
    values[field.name] ??= []
    values[field.name]!.push(currentValue(field))
  }
  return values
}

/** Fills a form in, and tells its scripts of it as if a person had. @returns whether anything was different. */
export function writeFields(form: HTMLFormElement, values: FieldValues): boolean {
  const seen = new Map<string, number>()
  let restored = false
  for (const field of fieldsOf(form)) {
    const index = seen.get(field.name) ?? 0
    seen.set(field.name, index + 1)
    const value = values[field.name]?.[index]
    if (value === undefined || JSON.stringify(value) === JSON.stringify(currentValue(field))) continue
    setValue(field, value)
    restored = true
    for (const name of ['input', 'change']) field.dispatchEvent(new Event(name, { bubbles: true }))
  }
  return restored
}

/** Whether all fields are as the server sent them. */
export function isUntouched(form: HTMLFormElement): boolean {
  return fieldsOf(form).every((field) => {
    if (field instanceof HTMLSelectElement) return true
    return isToggle(field) ? field.checked === field.defaultChecked : field.value === field.defaultValue
  })
}

function fieldsOf(form: HTMLFormElement): Field[] {
  return [...form.elements].filter(
    (element): element is Field =>
      isField(element) &&
      element.name !== '' &&
      !element.disabled &&
      // A list has no such property.
      !(element as HTMLInputElement).readOnly &&
      !secretTypes.test(element.type) &&
      !passwordNames.get(form)?.has(element.name) &&
      !purposesOf(element).some((purpose) => secretPurposes.test(purpose)),
  )
}

function isField(element: Element): element is Field {
  return (
    element instanceof HTMLInputElement ||
    element instanceof HTMLTextAreaElement ||
    element instanceof HTMLSelectElement
  )
}

/** As the field itself says; what it inherits from its form is not meant for it. */
function purposesOf(field: Field): string[] {
  return (field.getAttribute('autocomplete') ?? '').toLowerCase().split(/\s+/)
}

function isToggle(field: Field): field is HTMLInputElement {
  return field.type === 'checkbox' || field.type === 'radio'
}

function currentValue(field: Field): string | boolean | readonly string[] {
  if (isToggle(field)) return field.checked
  return field instanceof HTMLSelectElement && field.multiple
    ? [...field.selectedOptions].map(({ value }) => value)
    : field.value
}

function setValue(field: Field, value: string | boolean | readonly string[]): void {
  if (isToggle(field)) field.checked = value === true
  else if (field instanceof HTMLSelectElement && Array.isArray(value)) {
    for (const option of field.options) option.selected = value.includes(option.value)
  } else field.value = String(value)
}
