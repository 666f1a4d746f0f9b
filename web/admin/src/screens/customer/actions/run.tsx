import Alert from '@mui/material/Alert';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import type { TFunction } from 'i18next';
import type { Formats } from '../../../app/formats';
import type { Done } from '../../../form/ActionDialog';
import { type Field, instant, orNull, type Values } from '../../../form/fields';
import {
  CustomerActivateDocument,
  CustomerConfirmDocument,
  CustomerDeactivateDocument,
  CustomerForceSignInDocument,
  CustomerLockDocument,
  CustomerLoginAsDocument,
  CustomerResendConfirmationDocument,
  CustomerResetPasswordDocument,
  CustomerUnlockDocument,
} from '../../../generated/graphql';
import { request } from '../../../graph/request';
import type { Customer } from '../query';

type Texts = TFunction<['customer', 'values']>;

export interface Action {
  /** Of the texts: `action.<name>`. */
  name: string;
  /** Of the capabilities. */
  capability: string;
  isShown?: (customer: Customer) => boolean;
  isDangerous?: boolean;
  fields?: (t: Texts) => Field[];
  run: (id: string, values: Values, t: Texts, formats: Formats) => Promise<Done>;
}

const only = (id: string) => ({ input: { id } });

/** Buttons of the customer. Those for two states of one thing are not shown together. */
export const ACTIONS: Action[] = [
  {
    name: 'resetPassword',
    capability: 'CUSTOMER_RESET_PASSWORD',
    run: async (id) => {
      const { customerResetPassword: done } = await request(CustomerResetPasswordDocument, only(id));
      return { errors: done?.userErrors ?? [] };
    },
  },
  {
    name: 'forceSignIn',
    capability: 'CUSTOMER_FORCE_SIGN_IN',
    fields: (t) => [{ name: 'loginCodeReason', label: t('loginCodeReason'), hint: t('loginCodeHint') }],
    run: async (id, values, t, formats) => {
      const input = { id, loginCodeReason: orNull(values.loginCodeReason) };
      const { customerForceSignIn: done } = await request(CustomerForceSignInDocument, { input });
      const until = formats.dateTime(done?.loginCodeExpiresAt);
      const result = done?.loginCode ? <Code text={t('codeText', { until })} code={done.loginCode} /> : undefined;
      return { errors: done?.userErrors ?? [], result };
    },
  },
  {
    name: 'lock',
    capability: 'CUSTOMER_LOCK',
    isShown: (customer) => !customer.isLocked,
    fields: (t) => [
      { name: 'until', label: t('lockUntil'), kind: 'time', hint: t('lockUntilHint') },
      { name: 'note', label: t('lockNote') },
    ],
    run: async (id, values) => {
      const input = { id, until: instant(values.until), note: orNull(values.note) };
      return { errors: (await request(CustomerLockDocument, { input })).customerLock?.userErrors ?? [] };
    },
  },
  {
    name: 'unlock',
    capability: 'CUSTOMER_UNLOCK',
    isShown: (customer) => customer.isLocked,
    run: async (id) => ({
      errors: (await request(CustomerUnlockDocument, only(id))).customerUnlock?.userErrors ?? [],
    }),
  },
  {
    name: 'activate',
    capability: 'CUSTOMER_ACTIVATE',
    isShown: (customer) => customer.status !== 'ACTIVE',
    run: async (id) => ({
      errors: (await request(CustomerActivateDocument, only(id))).customerActivate?.userErrors ?? [],
    }),
  },
  {
    name: 'deactivate',
    capability: 'CUSTOMER_DEACTIVATE',
    isShown: (customer) => customer.status === 'ACTIVE',
    run: async (id) => ({
      errors: (await request(CustomerDeactivateDocument, only(id))).customerDeactivate?.userErrors ?? [],
    }),
  },
  {
    name: 'confirm',
    capability: 'CUSTOMER_CONFIRM',
    isShown: (customer) => customer.confirmationStatus === 'REQUIRED',
    run: async (id) => ({
      errors: (await request(CustomerConfirmDocument, only(id))).customerConfirm?.userErrors ?? [],
    }),
  },
  {
    name: 'resendConfirmation',
    capability: 'CUSTOMER_RESEND_CONFIRMATION',
    isShown: (customer) => customer.confirmationStatus === 'REQUIRED',
    run: async (id) => {
      const { customerResendConfirmation: done } = await request(CustomerResendConfirmationDocument, only(id));
      return { errors: done?.userErrors ?? [] };
    },
  },
  {
    name: 'loginAs',
    capability: 'CUSTOMER_LOGIN_AS',
    fields: (t) => [{ name: 'reason', label: t('loginReason'), hint: t('loginReasonHint'), isRequired: true }],
    run: async (id, values, t, formats) => {
      const input = { id, reason: String(values.reason ?? '') };
      const { customerLoginAs: done } = await request(CustomerLoginAsDocument, { input });
      const facts = { until: formats.dateTime(done?.expiresAt), storeView: done?.storeView?.name };
      const result = done?.code ? <Code text={t('loginCodeText', facts)} code={done.code} /> : undefined;
      return { errors: done?.userErrors ?? [], result };
    },
  },
];

/** A secret that is told once. */
function Code({ text, code }: { text: string; code: string }) {
  return (
    <Stack spacing={2}>
      <Alert severity="success">{text}</Alert>
      <Typography component="code" tabIndex={0} sx={{ fontSize: '1.1rem', overflowWrap: 'anywhere' }}>
        {code}
      </Typography>
    </Stack>
  );
}
