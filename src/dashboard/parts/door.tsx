import { Link } from "@tanstack/react-router";
import type { FormEvent, ReactNode } from "react";
import { Button, FieldError, Form, Input, Label, Text, TextField } from "react-aria-components";
import { texts } from "../texts.ts";
import { Brand } from "./brand.tsx";

interface CardProps {
  title: string;
  about: string;
  children: ReactNode;
}

/** A card in the middle of the screen: what stands before the desk. */
export function DoorCard({ title, about, children }: CardProps) {
  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <Brand />
        <h1>{title}</h1>
        <p className="soft">{about}</p>
        {children}
      </div>
    </main>
  );
}

interface FormProps {
  /** What went wrong, for a person; null: nothing yet. */
  error: string | null;
  submit: string;
  submitting: string;
  isPending: boolean;
  onSubmit: (read: (name: string) => string) => void;
  children: ReactNode;
}

/** Fields, what went wrong, and one button. `onSubmit` gets a reader of the fields by name. */
export function DoorForm({ error, submit, submitting, isPending, onSubmit, children }: FormProps) {
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    onSubmit((name) => String(fields.get(name) ?? ""));
  }
  return (
    <Form className="door-form" onSubmit={send}>
      {children}
      <p className="form-error" role="alert">
        {error}
      </p>
      <Button type="submit" className="button is-strong is-wide" isPending={isPending}>
        {isPending ? submitting : submit}
      </Button>
    </Form>
  );
}

interface FieldProps {
  name: string;
  label: string;
  type?: "text" | "email" | "password";
  autoComplete: string;
  minLength?: number;
  maxLength?: number;
  autoFocus?: boolean;
  /** Shown, not to be changed. */
  fixed?: string;
  hint?: string;
  /** Stands beside the label. */
  aside?: ReactNode;
}

/** One required line of text. */
export function DoorField({ label, hint, aside, fixed, type = "text", ...field }: FieldProps) {
  const given = fixed === undefined ? {} : { value: fixed, isReadOnly: true };
  return (
    <TextField className="field" type={type} isRequired {...field} {...given}>
      <span className="field-head">
        <Label>{label}</Label>
        {aside}
      </span>
      <Input />
      <FieldError className="field-error" />
      {hint !== undefined && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
    </TextField>
  );
}

export function EmailField({ autoFocus = false }: { autoFocus?: boolean }) {
  const { email } = texts.doors;
  return (
    <DoorField
      name="email"
      label={email}
      type="email"
      autoComplete="username"
      maxLength={254}
      autoFocus={autoFocus}
    />
  );
}

/** A password that is being chosen. */
export function NewPasswordField({ label, autoFocus = false }: NewPasswordProps) {
  return (
    <DoorField
      name="password"
      label={label}
      type="password"
      autoComplete="new-password"
      minLength={10}
      maxLength={200}
      hint={texts.doors.passwordRule}
      autoFocus={autoFocus}
    />
  );
}

interface NewPasswordProps {
  label: string;
  autoFocus?: boolean;
}

/** A password that is there already. */
export function OwnPasswordField({ label, autoFocus = false }: NewPasswordProps) {
  return (
    <DoorField
      name="password"
      label={label}
      type="password"
      autoComplete="current-password"
      maxLength={200}
      autoFocus={autoFocus}
      aside={
        <Link to="/forgot-password" className="text-link">
          {texts.doors.forgot}
        </Link>
      }
    />
  );
}

/** A question, and the way for those who say yes. */
export function DoorLink({ ask, to, label }: LinkProps) {
  return (
    <p className="door-links">
      <span>
        {ask}{" "}
        <Link to={to} className="text-link">
          {label}
        </Link>
      </span>
    </p>
  );
}

interface LinkProps {
  ask: string;
  to: "/" | "/sign-up";
  label: string;
}
