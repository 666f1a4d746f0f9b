import type { TFunction } from 'i18next';
import type { Field, Option, Section } from '../../form/fields';
import type { GridFilterMatch, InputFilter, InputValidation } from '../../generated/graphql';
import { LabelsEditor } from './LabelsEditor';
import { OptionsEditor } from './OptionsEditor';
import type { Facts, FieldState } from './queries';
import type { useScopes } from './scopes';
import { FLAGS, FORMS, formName, RULES, ruleName } from './values';
import { WebsitesEditor } from './WebsitesEditor';

export type AttributeTexts = TFunction<['attribute', 'values', 'grid']>;

const FILTERS: InputFilter[] = ['NONE', 'STRIP_TAGS', 'ESCAPE_HTML'];
const MATCHES: GridFilterMatch[] = ['CONTAINS', 'STARTS_WITH', 'EQUALS'];
const VALIDATIONS: InputValidation[] = ['ALPHA', 'ALPHANUMERIC', 'ALPHANUMERIC_WITH_SPACES', 'NUMERIC', 'EMAIL', 'URL'];
const KINDS = { minDate: 'date', maxDate: 'date', validation: 'select', fileExtensions: 'text' } as const;
const DEFAULT_KINDS = { DATE: 'date', BOOLEAN: 'select', TEXT_AREA: 'area', MULTILINE: 'area' } as const;

interface Given {
  facts: Facts;
  states: FieldState[];
  scopes: ReturnType<typeof useScopes>;
  t: AttributeTexts;
}

/** What an attribute of this type has; what a rule forbids for this one is disabled with the reason. */
export function attributeSections(given: Given): Section[] {
  const { facts, t } = given;
  const sections = [
    { title: t('section.general'), fields: general(given) },
    { title: t('section.labels'), fields: labels(given) },
    { title: t('section.options'), fields: options(given) },
    { title: t('section.rules'), fields: rules(given) },
    {
      title: t('section.forms'),
      fields: FORMS.flatMap((form) =>
        field(given, formName(form), `forms.${form}`, {
          label: t(`values:AttributeForm.${form}`),
          kind: 'boolean',
        }),
      ),
    },
    { title: t('section.uses'), fields: uses(given) },
    { title: t('section.websites'), fields: facts.isSystem ? [] : websites(given) },
  ];
  return sections.filter((section) => section.fields.length > 0);
}

/** Shown where it can be changed, and for built-in fields also where it cannot, with the reason. */
function field(given: Given, name: string, of: string, rest: Omit<Field, 'name'>, isKept = false): Field[] {
  const state = given.states.find((one) => one.field === of);
  if (!state || state.isAllowed) return [{ ...rest, name }];
  // Without the permission nothing is refused by a rule, and the whole form is only read.
  if (!state.message) return [{ ...rest, name }];
  return isKept ? [{ ...rest, name, reason: state.message }] : [];
}

function general(given: Given): Field[] {
  const { facts, t } = given;
  const isNew = facts.id === '';
  const named = (name: string) => t(`field.${name}` as 'field.code');
  return [
    {
      name: 'code',
      label: named('code'),
      isRequired: true,
      maxLength: 29,
      hint: t('codeHint'),
      ...(isNew ? {} : { reason: t('codeStays') }),
    },
    ...field(given, 'label', 'label', { label: named('label'), isRequired: true, maxLength: 255 }, true),
    ...field(
      given,
      'sortOrder',
      'sortOrder',
      { label: named('sortOrder'), kind: 'number', hint: t('orderHint') },
      true,
    ),
    ...(facts.isSystem
      ? []
      : field(given, 'defaultValue', 'defaultValue', {
          label: named('defaultValue'),
          kind: DEFAULT_KINDS[facts.type as keyof typeof DEFAULT_KINDS] ?? 'text',
          options: facts.type === 'BOOLEAN' ? answers(t) : [],
        })),
  ];
}

function answers(t: AttributeTexts): Option[] {
  return [
    { value: '', label: '–' },
    { value: 'true', label: t('grid:boolean.true') },
    { value: 'false', label: t('grid:boolean.false') },
  ];
}

function labels(given: Given): Field[] {
  const { storeViews } = given.scopes;
  if (storeViews.length === 0) return [];
  return field(given, 'labels', 'labels', {
    label: '',
    kind: 'parts',
    render: (parts) => <LabelsEditor {...parts} storeViews={storeViews} />,
  });
}

function options(given: Given): Field[] {
  return field(given, 'options', 'options', {
    label: '',
    kind: 'parts',
    render: (parts) => (
      <OptionsEditor {...parts} storeViews={given.scopes.storeViews} isSingle={given.facts.type === 'SELECT'} />
    ),
  });
}

function rules(given: Given): Field[] {
  const { t } = given;
  const choices = VALIDATIONS.map((value) => ({ value, label: t(`values:InputValidation.${value}`) }));
  return [
    ...RULES.flatMap((name) =>
      field(given, ruleName(name), `rules.${name}`, {
        label: t(`field.${name}`),
        kind: KINDS[name as keyof typeof KINDS] ?? 'number',
        options: name === 'validation' ? [{ value: '', label: '–' }, ...choices] : [],
      }),
    ),
    ...field(given, 'inputFilter', 'inputFilter', {
      label: t('field.inputFilter'),
      kind: 'select',
      options: FILTERS.map((value) => ({ value, label: t(`values:InputFilter.${value}`) })),
    }),
  ];
}

function uses(given: Given): Field[] {
  const { facts, t } = given;
  return [
    ...FLAGS.flatMap((name) =>
      field(
        given,
        name,
        name,
        { label: t(`field.${name}`), kind: 'boolean', hint: t(`hint.${name}`) },
        facts.isSystem || facts.isBeingDeleted,
      ),
    ),
    ...field(given, 'gridFilterMatch', 'gridFilterMatch', {
      label: t('field.gridFilterMatch'),
      kind: 'select',
      options: MATCHES.map((value) => ({ value, label: t(`values:GridFilterMatch.${value}`) })),
    }),
  ];
}

function websites(given: Given): Field[] {
  const all = given.scopes.websites;
  if (all.length === 0) return [];
  return field(given, 'websites', 'websites', {
    label: '',
    kind: 'parts',
    render: (parts) => <WebsitesEditor {...parts} websites={all} type={given.facts.type} />,
  });
}
