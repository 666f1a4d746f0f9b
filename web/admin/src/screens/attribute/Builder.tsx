import { useNavigate } from '@tanstack/react-router';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Values } from '../../form/fields';
import { RecordForm, type Saved } from '../../form/RecordForm';
import {
  AttributeAddDocument,
  type AttributeCreateInput,
  AttributeSaveDocument,
  type AttributeUpdateInput,
} from '../../generated/graphql';
import type { FieldError } from '../../graph/errors';
import { queryClient } from '../../graph/queries';
import { request } from '../../graph/request';
import { Preview } from './Preview';
import type { Facts, FieldState } from './queries';
import { useScopes } from './scopes';
import { attributeSections } from './sections';
import { FORMS, formName, inputOf, ruleName, valuesOf } from './values';

interface Props {
  facts: Facts;
  states: FieldState[];
  isReadOnly: boolean;
}

/** An attribute as a form, and below it the form that its customers would see. */
export function Builder({ facts, states, isReadOnly }: Props) {
  const { t } = useTranslation(['attribute', 'values', 'grid']);
  const navigate = useNavigate();
  const scopes = useScopes();
  const isNew = facts.id === '';
  const madeId = useRef<string | null>(null);
  const sections = attributeSections({ facts, states, scopes, t });
  const shown = new Set(sections.flatMap((section) => section.fields.map((one) => one.name)));
  const names = [...shown].toSorted().join();
  // The same object as long as nothing was read again: a form starts over with another one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shown` is new each time, its names are not
  const initial = useMemo(() => {
    const all = { ...valuesOf(facts), ...(isNew ? { sortOrder: '' } : {}) };
    return Object.fromEntries(Object.entries(all).filter(([name]) => shown.has(name)));
  }, [facts, isNew, names]);

  async function save(changed: Values, version: number | undefined): Promise<Saved> {
    const all = { ...initial, ...changed };
    const input = inputOf(changed, all, facts.type);
    if (isNew) {
      const given = { ...input, entity: facts.entity, type: facts.type } as AttributeCreateInput;
      const { attributeCreate: made } = await request(AttributeAddDocument, { input: given });
      madeId.current = made?.attribute?.id ?? null;
      return { errors: (made?.userErrors ?? []).map((error) => atField(error, all, t)) };
    }
    const given = { ...input, id: facts.id, expectedVersion: version } as AttributeUpdateInput;
    const errors = (await request(AttributeSaveDocument, { input: given })).attributeUpdate?.userErrors ?? [];
    const conflict = errors.find((error) => 'conflicts' in error);
    return { errors: errors.map((error) => atField(error, all, t)), conflict };
  }

  async function refresh() {
    void queryClient.invalidateQueries({ queryKey: ['customers'] });
    await queryClient.invalidateQueries({ queryKey: ['attributes'] });
    // What is saved has a page of its own from now on.
    const { current: id } = madeId;
    if (id) await navigate({ to: '/attributes/$id' as never, params: { id } as never });
  }

  function leave() {
    if (madeId.current) return;
    void navigate({ to: '/attributes' as never, search: { entity: facts.entity } as never });
  }

  return (
    <RecordForm
      label={t('title')}
      sections={sections}
      initial={initial}
      version={isNew ? undefined : facts.version}
      isReadOnly={isReadOnly}
      save={save}
      onSaved={refresh}
      onBack={leave}
    >
      {(values) => <Preview facts={facts} values={{ ...valuesOf(facts), ...values }} />}
    </RecordForm>
  );
}

/** An error about a part of what is written as a whole is shown where that part is typed. */
function atField(
  error: FieldError,
  all: Values,
  t: (key: string, values: Record<string, unknown>) => string,
): FieldError {
  const [root = '', part, member] = error.path ?? [];
  if (root === 'rules') return { ...error, path: [ruleName(part ?? '')] };
  if (root === 'forms') {
    const given = FORMS.filter((form) => all[formName(form)] === true);
    return { ...error, path: [formName(given[Number(part ?? 0)] ?? FORMS[0] ?? '')] };
  }
  if (root === 'options' && part !== undefined) {
    const number = Number(part) + 1;
    return {
      ...error,
      path: [root],
      message: t('optionError', { number, member: member ?? '', message: error.message }),
    };
  }
  return error;
}
